import { unusableHub } from './hubErrors.ts';

/** The hub itself. */
export const HUB = 'https://huggingface.co';

/** The address of a hub without a slash at its end. Throws usage where it is none, or one that isn't encrypted. */
export function checkedEndpoint(text: string): string {
  const url = URL.parse(text);
  if (url === null) throw unusableHub(`"${text}" is not an address`);
  const isEncrypted = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  if (!isEncrypted) throw unusableHub(`"${text}" is not encrypted; write https://`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** True for addresses on this machine, which need no encryption. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The name of a hub for a person: `huggingface.co`. */
export function hostOf(endpoint: string): string {
  return URL.parse(endpoint)?.host ?? endpoint;
}
