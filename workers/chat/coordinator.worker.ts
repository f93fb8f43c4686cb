import { serveCoordinator } from '../runtime/coordinator/serve-coordinator.ts'

serveCoordinator()
