import { makePackage } from './packager.ts';
import { runMain } from './processes.ts';

runMain(async () => {
  const { file } = await makePackage(console.error);
  console.log(file);
  return undefined;
});
