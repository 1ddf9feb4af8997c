export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Cores that this process may use. */
  readonly cores: number;
}

/** Where ONNX Runtime has binaries for Node. */
const supported: readonly string[] = ['linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64', 'darwin-arm64'];

export function isSupported({ platform, arch }: Machine): boolean {
  return supported.includes(`${platform}-${arch}`);
}

/**
 * The engine's environment: the window's, without what VS Code set for itself, with the sizes of its thread pools.
 *
 * @param asked what encoders are to run on, and on how many threads
 */
export function engineEnvironment(
  base: NodeJS.ProcessEnv,
  { platform, cores }: Machine,
  asked: { readonly provider?: string; readonly threads?: number | undefined } = {},
): NodeJS.ProcessEnv {
  const { provider, threads } = asked;
  const inherited = Object.entries(base).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    ELECTRON_RUN_AS_NODE: '1',
    ...(provider === undefined ? {} : { LIKENESS_PROVIDER: provider }),
    // Pictures are decoded on these. With as many as cores, one of them waits for a picture's end while nobody begins another.
    UV_THREADPOOL_SIZE: String(Math.max(4, cores)),
    // VS Code stays responsive on the core that is left.
    LIKENESS_THREADS: String(threads ?? (cores > 2 ? cores - 1 : cores)),
    // glibc keeps up to eight arenas a core, and decoded pictures would stay in each of them; with less than these, threads wait.
    ...(platform === 'linux' ? { MALLOC_ARENA_MAX: String(Math.max(8, 2 * cores)) } : {}),
  };
}
