import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { unusableHub } from '../../core/hub/hubErrors.ts';

/** How the hub is reached. */
export interface HubSettings {
  /** Address without a slash at the end. */
  readonly endpoint: string;
  /** Sent to the endpoint and to nobody else. */
  readonly token: string | undefined;
  /** Nothing is asked of the network; what was downloaded before can be used. */
  readonly offline: boolean;
  /** `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either spelling. */
  readonly proxies: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const HUB = 'https://huggingface.co';
const PROXY_NAMES = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);

/**
 * What the environment says, in the hub's own variables: `HF_ENDPOINT` (a mirror), `HF_TOKEN`, else the token that
 * `hf auth login` has left, `HF_HUB_OFFLINE` or `LIKENESS_OFFLINE`, and proxies. Throws usage.
 */
export function hubSettings(environment: Environment = process.env, home = homedir()): HubSettings {
  const endpoint = checkedEndpoint(filled(environment['HF_ENDPOINT']) ?? HUB);
  const proxies = PROXY_NAMES.flatMap((name) => {
    const value = filled(environment[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    endpoint,
    token: filled(environment['HF_TOKEN']) ?? storedToken(endpoint, environment, home),
    offline: isOn(environment['LIKENESS_OFFLINE']) || isOn(environment['HF_HUB_OFFLINE']),
    proxies: Object.fromEntries(proxies),
  };
}

/** True for addresses on this machine, which need no encryption. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function checkedEndpoint(text: string): string {
  const url = URL.parse(text);
  if (url === null) throw unusableHub(`"${text}" is not an address`);
  const isEncrypted = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  if (!isEncrypted) throw unusableHub(`"${text}" is not encrypted; write https://`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
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
