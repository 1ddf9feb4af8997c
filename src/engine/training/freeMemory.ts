import { freemem, totalmem } from 'node:os';

interface MemoryFigures {
  /** Free bytes of the machine. */
  readonly free?: number;
  /** What a container allows all its processes together; no limit where that is 0 or more than the machine has. */
  readonly limit?: number;
  /** What this process takes already. */
  readonly used?: number;
}

/** Bytes that this process may still take. Where a container has less than its machine, that is what it leaves. */
export function freeMemory({
  free = freemem(),
  limit = process.constrainedMemory(),
  used = process.memoryUsage.rss(),
}: MemoryFigures = {}): number {
  const isLimited = limit > 0 && limit < totalmem();
  return isLimited ? Math.min(free, Math.max(0, limit - used)) : free;
}
