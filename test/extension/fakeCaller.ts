import type { EngineMethod, EngineRequests } from '../../src/protocol/engine.ts';
import type { CallOptions } from '../../src/protocol/rpc.ts';
import type { EngineCaller } from '../../src/extension/engine/engineClient.ts';

type Answers = {
  readonly [M in EngineMethod]?: (
    params: EngineRequests[M]['params'],
    options: CallOptions,
  ) => EngineRequests[M]['result'] | Promise<EngineRequests[M]['result']>;
};

/** An engine of functions, and what it was asked. */
export class FakeCaller implements EngineCaller {
  readonly asked: { readonly method: EngineMethod; readonly params: unknown }[] = [];
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  async call<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
    options: CallOptions = {},
  ): Promise<EngineRequests[M]['result']> {
    this.asked.push({ method, params });
    const answer = this.#answers[method];
    if (!answer) throw new Error(`Nobody expected ${method}.`);
    return answer(params, options);
  }
}
