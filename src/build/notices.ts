import { readdir, readFile } from 'node:fs/promises';
import type { Metafile } from 'esbuild';
import { nativePackageClosure, readPackage, type PackageManifest } from './nativePackages.ts';
import { SetupError } from './nodeRelease.mjs';
import { inProject } from './project.ts';

const rule = '='.repeat(100);

/** The licences of everything that ships: what the bundles took in, and the packages that are copied. */
export async function thirdPartyNotices(metafiles: readonly Metafile[]): Promise<string> {
  const bundled = await Promise.all(bundledPackages(metafiles).map(readPackage));
  const packages = new Map(
    [...bundled, ...(await nativePackageClosure())].map((manifest) => [manifest.name, manifest]),
  );
  const sections = await Promise.all([...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(noticeOf));
  return ['Likeness contains the following third-party software.', ...sections].join(`\n\n${rule}\n\n`) + '\n';
}

/** Names of the packages of which code reached an output. */
function bundledPackages(metafiles: readonly Metafile[]): string[] {
  const names = new Set<string>();
  for (const { outputs } of metafiles) {
    for (const [file, { bytesInOutput }] of Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
      if (name !== undefined && bytesInOutput > 0) names.add(name);
    }
  }
  return [...names];
}

async function noticeOf(manifest: PackageManifest): Promise<string> {
  const { name, version, license } = manifest;
  if (license === undefined) throw new SetupError(`The package ${name} names no licence; it can't be shipped.`);
  const files = (await readdir(inProject('node_modules', name)))
    .filter((file) => /^(licen[cs]e|notice|copying|third.?party)/i.test(file))
    .sort();
  const texts = await Promise.all(files.map((file) => readFile(inProject('node_modules', name, file), 'utf8')));
  if (license.includes('LGPL')) texts.push(await lesserNotice(name));
  if (texts.length === 0) texts.push(declaredText(manifest, license));
  return [`${name} ${version}\nLicence: ${license}`, ...texts.map((text) => text.trim())].join('\n\n');
}

/** What the LGPL asks to be said, with the package's own list of the libraries inside. */
async function lesserNotice(name: string): Promise<string> {
  const readme = await readFile(inProject('node_modules', name, 'README.md'), 'utf8');
  return [
    'This package holds shared libraries under the GNU Lesser General Public License, version 3 or later',
    '(https://www.gnu.org/licenses/lgpl-3.0.html). Likeness loads them dynamically and ships them unchanged; the library',
    `file in dist/node_modules/${name}/lib may be replaced by another build of the same interface. Their source code and`,
    'the scripts that build them: https://github.com/lovell/sharp-libvips and the projects listed below.',
    '',
    readme.trim(),
  ].join('\n');
}

/** Who holds the rights in packages that carry no licence text, and what is known of the code inside them. */
const holders: Readonly<Record<string, string>> = {
  'onnxruntime-node':
    'Microsoft Corporation\nThird-party notices of ONNX Runtime: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt',
  'onnxruntime-common': 'Microsoft Corporation',
  '@cwasm/nsbmp': 'Linus Unnebäck\nlibnsbmp: Copyright (c) 2006 Richard Wilson, 2008 Sean Fox',
  '@canvas/image-data': 'Linus Unnebäck',
};

/** The text of a licence that a package declares but doesn't carry. */
function declaredText({ name }: PackageManifest, license: string): string {
  const holder = holders[name];
  if (license !== 'MIT' || holder === undefined) {
    throw new SetupError(`The package ${name} carries no licence text; say in notices.ts who holds its rights.`);
  }
  return `Copyright (c) ${holder}\n\n${mitPermission}`;
}

const mitPermission = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
