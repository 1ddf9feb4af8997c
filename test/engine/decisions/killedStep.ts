/** Takes or undoes a step and is killed on the way. Arguments: the root, take or undo, and the stage. */
import { takeDecisions } from '../../../src/engine/decisions/imageDecisions.ts';
import { repeatStep } from '../../../src/engine/decisions/steps.ts';
import { stepContext } from './stepContext.ts';

const [root = '', direction, stage] = process.argv.slice(2);
const context = stepContext(root, Date.now(), {
  reached: (reached) => {
    if (reached === stage) process.kill(process.pid, 'SIGKILL');
  },
});
if (direction === 'undo') await repeatStep(context, 'undo');
else {
  const decisions = [
    { paths: ['a.png'], decision: { action: 'quarantine' } },
    { paths: ['b.png'], decision: { action: 'exclude' } },
  ] as const;
  await takeDecisions(context, { title: 'Killed', decisions });
}
