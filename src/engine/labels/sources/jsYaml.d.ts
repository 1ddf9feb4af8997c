/** What is used of the package, which brings no types. */
declare module 'js-yaml' {
  export class YAMLException extends Error {
    readonly reason: string;
    readonly mark?: { readonly line: number };
  }
  export const CORE_SCHEMA: unknown;
  export function load(text: string, options?: { readonly schema?: unknown }): unknown;
}
