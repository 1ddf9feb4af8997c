import { homedir, platform } from 'node:os';
import { join } from 'node:path';

/** The user's own folder for what can't be kept in a dataset, absolute; `LIKENESS_CACHE` names another. */
export function userCacheFolder(): string {
  const asked = process.env['LIKENESS_CACHE'];
  if (asked !== undefined) return asked;
  switch (platform()) {
    case 'win32':
      return join(process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'likeness');
    case 'darwin':
      return join(homedir(), 'Library', 'Caches', 'likeness');
    default:
      return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'likeness');
  }
}
