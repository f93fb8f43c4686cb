import '../../package/coordinator.ts'
