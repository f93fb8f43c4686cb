/**
 * npm leaves a package's builds for other platforms out of the lock file when the registry at hand does not have them,
 * and `npm ci` then refuses the lock file. An entry with version and platform is all it needs to skip them here and to
 * fetch them there.
 */
export interface LockedPackage {
  readonly version?: string
  readonly integrity?: string
  readonly inBundle?: boolean
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
export type LockedPackages = Readonly<Record<string, LockedPackage>>

/** Optional dependencies that a locked package names and the lock file has no entry for. */
export function missingBuilds(packages: LockedPackages): { name: string; version: string; dev: boolean }[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, path, name))
      .map(([name, version]) => ({ name, version, dev })),
  )
}

export function withMissingBuilds(packages: LockedPackages): LockedPackages {
  const added = missingBuilds(packages).map(({ name, version, dev }): [string, LockedPackage] => [
    `node_modules/${name}`,
    { version, ...(dev && { dev }), optional: true, ...platformOf(name) },
  ])
  return Object.fromEntries([...Object.entries(packages), ...added].sort(([a], [b]) => a.localeCompare(b, 'en')))
}

/** A package resolves a dependency in its own node_modules, or in those of the packages around it. */
function isLocked(packages: LockedPackages, path: string, name: string): boolean {
  const place = path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`
  if (packages[place]) return true
  if (path === '') return false
  return isLocked(packages, path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name)
}

/** Example: `@rollup/rollup-linux-arm64-musl` → linux, arm64, musl. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const words = name.slice(name.indexOf('/') + 1).split('-')
  const one = (choices: readonly string[]): string[] => choices.filter((choice) => words.includes(choice)).slice(0, 1)
  const os = one(['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'])
  const cpu = one(['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'])
  const libc = os[0] !== 'linux' ? [] : words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : []
  return { ...(os.length > 0 && { os }), ...(cpu.length > 0 && { cpu }), ...(libc.length > 0 && { libc }) }
}
