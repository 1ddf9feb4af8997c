import { runMain } from './processes.ts';
import { buildForDevelopment } from './builder.ts';
import { takePictures } from '../../test/host/e2e/pictures.ts';

runMain(async () => {
  await buildForDevelopment(console.error);
  await takePictures(console.error);
  return undefined;
});
