/** Formats by the bytes a file starts with: extensions lie. */
const signatures: readonly { readonly format: string; readonly matches: (bytes: Uint8Array) => boolean }[] = [
  { format: 'jpeg', matches: (b) => starts(b, [0xff, 0xd8, 0xff]) },
  { format: 'png', matches: (b) => starts(b, [0x89, 0x50, 0x4e, 0x47]) },
  { format: 'gif', matches: (b) => text(b, 0, 4) === 'GIF8' },
  { format: 'webp', matches: (b) => text(b, 0, 4) === 'RIFF' && text(b, 8, 12) === 'WEBP' },
  { format: 'bmp', matches: (b) => text(b, 0, 2) === 'BM' },
  {
    format: 'tiff',
    matches: (b) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(text(b, 0, 4)),
  },
  { format: 'avif', matches: (b) => text(b, 4, 8) === 'ftyp' && /avi[fs]|mif1|msf1/.test(text(b, 8, 40)) },
  { format: 'svg', matches: (b) => /^\uFEFF?\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)/i.test(text(b, 0, 256)) },
];

const LFS_START = 'version https://git-lfs.github.com/spec/';

/** The image format that the bytes announce, or undefined if it is none that we read. */
export function sniffFormat(bytes: Uint8Array): string | undefined {
  return signatures.find((signature) => signature.matches(bytes))?.format;
}

/** Whether a file isn't the picture itself, but says where Git LFS has it. */
export function isGitLfsPointer(bytes: Uint8Array): boolean {
  return text(bytes, 0, LFS_START.length) === LFS_START;
}

function starts(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
