import { serveCoordinator } from '../workers/runtime/coordinator/serve-coordinator.ts'

serveCoordinator()
