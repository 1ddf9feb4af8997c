/** A process that writes batches of images until it is told to stop; started by concurrency.test.ts. */
import { openStore } from '../../../src/engine/store/openStore.ts';
import { content, file } from './storeFixtures.ts';
import { encoderCard } from '../../cards.ts';

const [root = '', batches = '1', prefix = ''] = process.argv.slice(2);
export const BATCH = 20;

const store = openStore(root, { cacheFolder: `${root}/cache`, mode: 'write' });
const encoder = store.putEncoder('shared', encoderCard('shared', 16));
for (let batch = 0; batch < Number(batches); batch++) {
  store.transaction(() => {
    for (let i = 0; i < BATCH; i++) {
      const name = `${prefix}${batch}/${i}`;
      const key = store.putContent(content(name, { thumbnail: new Uint8Array(3000) }));
      store.putVector(key, encoder, new Float32Array(16).fill(batch));
      store.putFile(file(name, key));
    }
  });
  process.stdout.write(`${batch}\n`);
}
store.close();
