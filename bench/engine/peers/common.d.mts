export const workloads: readonly string[]
