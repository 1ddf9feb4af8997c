import { messageOf } from '../core/errors.ts';
import type { Services } from './services.ts';

/** One part of the front door. `register` only subscribes: work starts with the first use. */
export interface Contribution {
  readonly name: string;
  readonly register: (services: Services) => void;
}

export interface RegisteredContribution {
  readonly name: string;
  readonly milliseconds: number;
  readonly failure: string | undefined;
}

/** Registers each contribution by itself, so that one that fails takes none of the others along. */
export function registerContributions(
  contributions: readonly Contribution[],
  services: Services,
): RegisteredContribution[] {
  return contributions.map(({ name, register }) => {
    const start = performance.now();
    let failure: string | undefined;
    try {
      register(services);
    } catch (error) {
      failure = messageOf(error);
      services.log.error(`${name} could not be registered: ${failure}`);
    }
    return { name, milliseconds: performance.now() - start, failure };
  });
}
