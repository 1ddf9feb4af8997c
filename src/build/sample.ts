import path from 'node:path';
import { parseArgs } from 'node:util';
import { runMain } from './processes.ts';
import { defaultSampleFolder, provideSample } from './sampleFolder.ts';

runMain(async () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const named = positionals[0];
  // npm runs scripts in the project's folder; INIT_CWD is where the person stands.
  const folder = named === undefined ? defaultSampleFolder : path.resolve(process.env['INIT_CWD'] ?? '.', named);
  const { images, planted } = await provideSample(folder, { replace: named === undefined });
  console.log(`${folder} holds ${images} images and ${planted.length} planted findings.`);
  return undefined;
});
