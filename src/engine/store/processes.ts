import { readlinkSync } from 'node:fs';
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

/** What tells containers and subsystems apart that share a host's name and count processes for themselves. */
export function processSpace(): string {
  try {
    return process.platform === 'linux' ? `linux ${readlinkSync('/proc/self/ns/pid')}` : process.platform;
  } catch {
    return process.platform;
  }
}
