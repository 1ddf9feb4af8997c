import { systemCodeOf } from '../../core/errors.ts';

/** True while a process with this id runs on this machine. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return systemCodeOf(error) === 'EPERM';
  }
}
