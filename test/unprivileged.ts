import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The user `nobody`, for whom permission bits hold. */
const NOBODY = 65_534;

/** For `{ skip: … }`: permissions bind everybody but root, and only root can become somebody else. */
export function canBecomeNobody(): false | string {
  if (process.platform === 'win32') return 'needs POSIX permissions';
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync(process.execPath, ['--version'], { uid: NOBODY, gid: NOBODY, stdio: 'ignore' });
    return false;
  } catch {
    return 'the user nobody can not run Node here';
  }
}

/**
 * Runs a module for which file permissions hold, in another process, and returns what it gave to `output`, parsed. As root it
 * runs as `nobody`, who is given `folder` with all in it.
 */
export function asNobody(folder: string, source: string): unknown {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    chownSync(folder, NOBODY, NOBODY);
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      chownSync(join(folder, path), NOBODY, NOBODY);
    }
  } else chmodSync(folder, 0o755);
  const prelude = 'const output = (value) => process.stdout.write(JSON.stringify(value));\n';
  const text = execFileSync(
    process.execPath,
    ['--no-warnings', '--experimental-strip-types', '--input-type=module', '--eval', prelude + source],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    },
  );
  return JSON.parse(text);
}
