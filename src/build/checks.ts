import { globSync } from 'node:fs';
import { run } from './processes.ts';
import { inProject, projectRoot } from './project.ts';

/** Formatter, linter or compiler, each a command of its own. */
export interface Check {
  readonly name: string;
  readonly description: string;
  /** For Node, relative to the project. */
  readonly args: readonly string[];
}

export function checks(): Check[] {
  const webview = globSync('{webview,test/webview}/**/*.{ts,tsx}', { cwd: projectRoot });
  return [
    {
      name: 'format',
      description: 'every file as Prettier writes it',
      args: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
    },
    { name: 'lint', description: 'ESLint', args: ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'] },
    {
      name: 'types',
      description: 'TypeScript, all but the webviews',
      args: ['node_modules/typescript/bin/tsc', '-p', '.'],
    },
    // A compiler without input calls that an error.
    ...(webview.length > 0
      ? [
          {
            name: 'webview-types',
            description: 'TypeScript, the webviews',
            args: ['node_modules/typescript/bin/tsc', '-p', 'webview'],
          },
        ]
      : []),
  ];
}

/** Runs one check; what it prints reaches the terminal when it is over, so that several can run at once. */
export async function passes({ args: [script, ...rest] }: Check): Promise<boolean> {
  const { code, stdout, stderr } = await run(process.execPath, [inProject(script!), ...rest], { cwd: projectRoot });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return code === 0;
}
