import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { checkedEndpoint, HUB } from '../../core/hub/hubEndpoint.ts';
import { unusableProxy } from '../../core/hub/hubErrors.ts';
import type { HubConnection } from '../../protocol/hub.ts';
import { isUsable, proxyOf, usualPort, type Proxies } from './hubProxies.ts';

/** How the hub is reached. */
export interface HubSettings {
  /** Address without a slash at the end. */
  readonly endpoint: string;
  /** Sent to the endpoint and to nobody else. */
  readonly token: string | undefined;
  /** Nothing is asked of the network; what was downloaded before can be used. */
  readonly offline: boolean;
  readonly proxies: Proxies;
  /** False trusts any certificate, as a proxy that opens what passes it may need. */
  readonly strictTls: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PROXY_NAMES = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);

/**
 * What a front door is set to, else what the environment says, in the hub's own variables: `HF_ENDPOINT` (a mirror), `HF_TOKEN`,
 * else the token that `hf auth login` has left, `HF_HUB_OFFLINE` or `LIKENESS_OFFLINE`, and proxies. Throws usage.
 */
export function hubSettings(
  environment: Environment = process.env,
  home = homedir(),
  connection: HubConnection = {},
): HubSettings {
  const endpoint = checkedEndpoint(filled(connection.endpoint) ?? filled(environment['HF_ENDPOINT']) ?? HUB);
  const { strictTls = true } = connection;
  const offline =
    connection.offline === true || isOn(environment['LIKENESS_OFFLINE']) || isOn(environment['HF_HUB_OFFLINE']);
  const proxies = proxiesOf(connection, environment);
  if (!offline) assertUsable(proxies, endpoint);
  const named = filled(connection.token) ?? filled(environment['HF_TOKEN']);
  return {
    endpoint,
    token: named ?? storedToken(endpoint, environment, home),
    offline,
    proxies,
    strictTls,
  };
}

function proxiesOf(connection: HubConnection, environment: Environment): Record<string, string> {
  const entries = PROXY_NAMES.flatMap((name) => {
    const value = filled(environment[name]);
    if (value === undefined) return [];
    // Other programs understand `host:3128`, and Node doesn't.
    const isAddress = /^no_proxy$/i.test(name) || /^[a-z][a-z0-9+.-]*:\/\//i.test(value);
    return [[name, isAddress ? value : `http://${value}`] as const];
  });
  const found = new Map(entries);
  const replace = (name: string, value: string) => {
    // The other spelling would go before it.
    found.delete(name.toLowerCase());
    found.set(name, value);
  };
  const proxy = filled(connection.proxy);
  if (proxy !== undefined) {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY']) replace(name, proxy);
  }
  const direct = (connection.noProxy ?? []).map((name) => name.trim()).filter((name) => name !== '');
  if (direct.length > 0) replace('NO_PROXY', direct.join(','));
  return Object.fromEntries(found);
}

/** Node passes over those that it doesn't know, and would ask without any. */
function assertUsable(proxies: Proxies, endpoint: string): void {
  const { protocol, hostname, port } = new URL(endpoint);
  // Downloads may come from another host than the hub, by HTTPS.
  for (const each of protocol === 'https:' ? ['https:'] : ['https:', 'http:']) {
    const proxy = proxyOf({ protocol: each, hostname, port: port || usualPort(protocol) }, proxies);
    // Messages go without what may stand before the host, which is a password.
    if (proxy !== undefined && !isUsable(proxy)) throw unusableProxy(proxy.replace(/[^/]*@/, ''));
  }
}

/** The token in the hub's own folder, which was given to the hub and not to a mirror. */
function storedToken(endpoint: string, environment: Environment, home: string): string | undefined {
  if (endpoint !== HUB || isOn(environment['HF_HUB_DISABLE_IMPLICIT_TOKEN'])) return undefined;
  const caches = filled(environment['XDG_CACHE_HOME']) ?? join(home, '.cache');
  const folder = filled(environment['HF_HOME']) ?? join(caches, 'huggingface');
  try {
    return filled(readFileSync(filled(environment['HF_TOKEN_PATH']) ?? join(folder, 'token'), 'utf8'));
  } catch {
    // Most people have none, and an unreadable one is as good as none: the hub says where one is needed.
    return undefined;
  }
}

/** A token with a line break in it could smuggle a header in. */
function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim().split(/[\r\n]/)[0];
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
}

function isOn(text: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(text?.trim() ?? '');
}
