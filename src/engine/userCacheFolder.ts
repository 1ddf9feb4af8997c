import { homedir, platform } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The user's own folder for what can't be kept in a dataset, absolute; `LIKENESS_CACHE` names another. */
export function userCacheFolder(): string {
  const asked = process.env['LIKENESS_CACHE'] ?? '';
  return asked === '' ? ownCacheFolder() : resolve(asked);
}

/** The one that nobody names and others don't write to. Throws where the user has no home. */
export function ownCacheFolder(): string {
  const named = (variable: string) => {
    const folder = process.env[variable] ?? '';
    // Relative ones would be below whatever folder a command is run in.
    return isAbsolute(folder) ? folder : undefined;
  };
  switch (platform()) {
    case 'win32':
      return join(named('LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local'), 'likeness');
    case 'darwin':
      return join(homedir(), 'Library', 'Caches', 'likeness');
    default:
      return join(named('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'likeness');
  }
}
