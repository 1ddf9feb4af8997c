/** What a file is by its name: files are opened only where the name promises a picture. */

/** Extensions, lower case and with their dot, of the files that are taken for images; their bytes decide what they are. */
export const imageExtensions: readonly string[] = [
  ...['.jpg', '.jpeg', '.jpe', '.jfif'],
  ...['.png', '.apng', '.webp', '.gif', '.avif'],
  ...['.tif', '.tiff', '.svg', '.bmp', '.dib'],
];
const supported: ReadonlySet<string> = new Set(imageExtensions);

/** Pictures that we don't read, by their format. Somebody with a folder of them should be told so. */
const unsupported: ReadonlyMap<string, string> = new Map(
  Object.entries({
    HEIF: ['.heic', '.heif', '.hif'],
    'JPEG 2000': ['.jp2', '.j2k', '.j2c', '.jpf', '.jpx', '.jpm'],
    'JPEG XL': ['.jxl'],
    'JPEG XR': ['.jxr', '.wdp', '.hdp'],
    OpenEXR: ['.exr'],
    'Radiance HDR': ['.hdr', '.rgbe'],
    Targa: ['.tga', '.targa', '.icb', '.vda'],
    'Windows icon': ['.ico', '.cur'],
    'Apple icon': ['.icns'],
    QOI: ['.qoi'],
    farbfeld: ['.ff', '.farbfeld'],
    Netpbm: ['.pbm', '.pgm', '.ppm', '.pnm', '.pam', '.pfm'],
    PCX: ['.pcx'],
    DDS: ['.dds'],
    XBM: ['.xbm'],
    XPM: ['.xpm'],
    Photoshop: ['.psd', '.psb'],
    GIMP: ['.xcf'],
    'Windows metafile': ['.wmf', '.emf'],
    'compressed SVG': ['.svgz'],
    FITS: ['.fits', '.fit'],
    DICOM: ['.dcm'],
    'camera raw': ['.dng', '.cr2', '.cr3', '.nef', '.arw', '.orf', '.rw2', '.raf', '.pef', '.srw', '.raw'],
  }).flatMap(([format, extensions]) => extensions.map((extension) => [extension, format] as const)),
);

export type FileKind =
  | { readonly kind: 'image' }
  /** A picture in a format that is not read; `format` names it for a person. */
  | { readonly kind: 'unsupported'; readonly format: string }
  | { readonly kind: 'other' };

const IMAGE: FileKind = { kind: 'image' };
const OTHER: FileKind = { kind: 'other' };

/** The kind of a file, by its extension in any case. */
export function fileKindOf(name: string): FileKind {
  const extension = extensionOf(name);
  if (supported.has(extension)) return IMAGE;
  const format = unsupported.get(extension);
  return format === undefined ? OTHER : { kind: 'unsupported', format };
}

/** Whether a file's name promises a picture that is read. */
export function hasImageExtension(name: string): boolean {
  return supported.has(extensionOf(name));
}

/** A file name's extension in lower case, with its dot; '' where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot).toLowerCase() : '';
}
