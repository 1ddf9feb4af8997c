/** `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either spelling; the lower case goes first, as Node has it. */
export type Proxies = Readonly<Record<string, string>>;

/** What an address is asked through; undefined where it is asked directly. */
export function proxyOf(target: Pick<URL, 'protocol' | 'hostname' | 'port'>, proxies: Proxies): string | undefined {
  const { protocol, hostname, port } = target;
  if (isExempt(hostname, port || usualPort(protocol), valueOf('no_proxy', proxies) ?? '')) return undefined;
  return valueOf(protocol === 'https:' ? 'https_proxy' : 'http_proxy', proxies);
}

/** SOCKS 4, 4a or 5; with `socks4a`, `socks5h` and `socks` the proxy looks names up. */
export function isSocks(proxy: string): boolean {
  return /^socks(4a?|5h?)?:\/\/[^/]/i.test(proxy);
}

/** Whether a proxy is of a kind that downloads can go through. */
export function isUsable(proxy: string): boolean {
  return /^https?:\/\/[^/]/i.test(proxy) || isSocks(proxy);
}

/** Where nothing else is said. */
export function usualPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}

function valueOf(name: string, proxies: Proxies): string | undefined {
  return proxies[name] ?? proxies[name.toUpperCase()];
}

/** Whether `NO_PROXY` names a host, also with its port, or as `.lan` or `*.lan` by the end of its name. */
function isExempt(host: string, port: string, list: string): boolean {
  return list.split(',').some((text) => {
    const entry = text.trim().toLowerCase();
    if (/^\*?\../.test(entry)) return host.endsWith(entry.replace('*', ''));
    return ['*', host, `${host}:${port}`].includes(entry);
  });
}
