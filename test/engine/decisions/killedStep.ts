/**
 * Takes or undoes a step and is killed on the way. Arguments: the root, `take` or `undo`, and the stage; or `forever`, which sets the
 * images that are named aside and brings them back until the end.
 */
import { takeDecisions } from '../../../src/engine/decisions/imageDecisions.ts';
import { repeatStep } from '../../../src/engine/decisions/steps.ts';
import { stepContext } from './stepContext.ts';

const [root = '', direction, stage = ''] = process.argv.slice(2);
const context = stepContext(root, Date.now(), {
  reached: (reached) => {
    if (reached === stage) process.kill(process.pid, 'SIGKILL');
  },
});
const aside = (...paths: readonly string[]) => ({ paths, decision: { action: 'quarantine' } }) as const;
if (direction === 'undo') {
  await repeatStep(context, 'undo');
} else if (direction === 'forever') {
  for (;;) {
    process.stdout.write('.');
    await takeDecisions(context, { decisions: [aside(...stage.split(','))] });
    await repeatStep(context, 'undo');
  }
} else {
  const decisions = [aside('a.png'), { paths: ['b.png'], decision: { action: 'exclude' } }] as const;
  await takeDecisions(context, { title: 'Killed', decisions });
}
