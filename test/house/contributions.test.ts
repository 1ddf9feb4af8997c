import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { inProject } from '../../src/build/project.ts';
import type { EncoderCard } from '../../src/core/encoders/card.ts';
import { imageExtensions } from '../../src/core/images/fileKinds.ts';
import { regionBytes } from '../../src/core/images/regionGrid.ts';
import { formatBytes } from '../../src/core/progressText.ts';
import { SHIPPED_ENCODER_ID } from '../../src/engine/encoders/shippedEncoder.ts';
import {
  CATEGORY,
  commands,
  contextKeys,
  customEditors,
  internalCommands,
  panels,
  RESULT_SECTION,
  rowContexts,
  settings,
  undeclaredCommands,
  views,
} from '../../src/extension/contract.ts';

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly enablement?: string;
}
interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}
interface Setting {
  readonly default: unknown;
  readonly scope?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
}
interface Manifest {
  readonly icon: string;
  readonly main: string;
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly capabilities: Readonly<Record<string, { readonly supported: unknown; readonly description: string }>>;
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly viewsContainers: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon?: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly when?: string; readonly contents: string }[];
    readonly customEditors: readonly {
      readonly viewType: string;
      readonly displayName: string;
      readonly priority: string;
      readonly selector: readonly { readonly filenamePattern: string }[];
    }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Setting>> }[];
  };
}

const manifest = JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;
const menuItems = Object.values(contributes.menus).flat();
const declared = contributes.commands.map(({ command }) => command);
const hidden = (contributes.menus['commandPalette'] ?? [])
  .filter(({ when }) => when === 'false')
  .map(({ command }) => command);
const whenClauses = [
  ...menuItems.map(({ when }) => when),
  ...contributes.commands.map(({ enablement }) => enablement),
  ...contributes.viewsWelcome.map(({ when }) => when),
].filter((when) => when !== undefined);

describe('package.json declares what the contract names', () => {
  test('commands, each once', () => {
    assert.deepEqual([...declared].sort(), [...Object.values(commands), ...Object.values(internalCommands)].sort());
  });

  test('commands of the status bar stay undeclared', () => {
    for (const command of Object.values(undeclaredCommands)) assert.ok(!declared.includes(command), command);
  });

  test('one category for all', () => {
    for (const { command, category } of contributes.commands) assert.equal(category, CATEGORY, command);
  });

  test('internal commands are hidden from the palette, and no others', () => {
    assert.deepEqual([...hidden].sort(), Object.values(internalCommands).sort());
  });

  test('views and their container', () => {
    assert.deepEqual(
      Object.values(contributes.viewsContainers)
        .flat()
        .map(({ id }) => id),
      [views.container],
    );
    const { container, ...ids } = views;
    assert.deepEqual(Object.keys(contributes.views), [container]);
    assert.deepEqual(contributes.views[container]?.map(({ id }) => id).sort(), Object.values(ids).sort());
  });

  test('panels that come back after a reload of the window', () => {
    const prefix = 'onWebviewPanel:';
    const restored = manifest.activationEvents.filter((event) => event.startsWith(prefix));
    assert.deepEqual(restored.map((event) => event.slice(prefix.length)).sort(), Object.values(panels).sort());
  });

  test('editors of files that people choose, and that never take the place of what VS Code opens', () => {
    assert.deepEqual(
      contributes.customEditors.map(({ viewType }) => viewType),
      Object.values(customEditors),
    );
    for (const { priority, displayName, selector } of contributes.customEditors) {
      assert.equal(priority, 'option', displayName);
      const extensions = selector.flatMap(({ filenamePattern }) =>
        /^\*\.\{(.+)\}$/
          .exec(filenamePattern)![1]!
          .split(',')
          .map((extension) => `.${extension}`),
      );
      // A drawing has no pixels.
      assert.deepEqual([...extensions].sort(), imageExtensions.filter((extension) => extension !== '.svg').sort());
    }
  });

  test('settings with their defaults', () => {
    const properties = Object.assign({}, ...contributes.configuration.map((section) => section.properties)) as Record<
      string,
      Setting
    >;
    assert.deepEqual(Object.fromEntries(Object.entries(properties).map(([key, { default: value }]) => [key, value])), {
      ...settings,
    });
    for (const [key, { scope, description, markdownDescription }] of Object.entries(properties)) {
      assert.ok(scope, `${key} has no scope`);
      assert.ok(description ?? markdownDescription, `${key} has no description`);
    }
    const card = JSON.parse(readFileSync(inProject(`encoders/${SHIPPED_ENCODER_ID}/card.json`), 'utf8')) as EncoderCard;
    const { dim } = card.output;
    const regions = `${formatBytes(regionBytes(dim))} with the ${dim} numbers of the default encoder, ${formatBytes(100_000 * regionBytes(dim))} for 100,000`;
    assert.ok(properties['likeness.index.regions']!.markdownDescription!.includes(regions), regions);
  });
});

describe('what package.json refers to exists', () => {
  test('commands of menus and welcome texts', () => {
    const linked = contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/\(command:([\w.]+)/g)].map(([, command]) => command!),
    );
    const own = [...menuItems.map(({ command }) => command), ...linked].filter((command) =>
      command.startsWith('likeness.'),
    );
    assert.deepEqual(
      own.filter((command) => !declared.includes(command)),
      [],
    );
  });

  test('views, context keys, settings and rows of when clauses', () => {
    const known = new Set<string>([
      ...Object.values(views),
      ...Object.values(contextKeys),
      ...Object.values(rowContexts),
      ...Object.keys(settings).map((key) => `config.${key}`),
    ]);
    const used = whenClauses.flatMap((when) => whenNames(when));
    assert.ok(used.length > 0);
    assert.deepEqual(
      used.filter((name) => !known.has(name)),
      [],
    );
  });

  test('rows of a menu have places of their own', () => {
    for (const [menu, items] of Object.entries(contributes.menus)) {
      items.forEach((item, place) => {
        const same = items.slice(0, place).filter(({ group }) => group !== undefined && group === item.group);
        const other = same.find(({ when = '' }) => canBeTogether(when, item.when ?? ''));
        assert.equal(other?.command, undefined, `${menu}: ${item.command} at ${item.group}`);
      });
    }
  });

  test('sections of webview menus', () => {
    for (const { when } of contributes.menus['webview/context'] ?? []) {
      assert.ok(when?.includes(`webviewSection == '${RESULT_SECTION}'`), when);
    }
  });

  test('every context key is read somewhere', () => {
    const used = whenClauses.flatMap(whenNames);
    assert.deepEqual(
      Object.values(contextKeys).filter((key) => !used.includes(key)),
      [],
    );
  });

  test('pictures', () => {
    const icons = [
      manifest.icon,
      ...Object.values(contributes.viewsContainers)
        .flat()
        .map(({ icon }) => icon),
      ...Object.values(contributes.views)
        .flat()
        .flatMap(({ icon }) => icon ?? []),
    ];
    assert.deepEqual(
      icons.filter((icon) => !icon.startsWith('$(') && !existsSync(inProject(icon))),
      [],
    );
  });
});

describe('conventions', () => {
  test('runs where the files are, and never starts by itself on everything', () => {
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    assert.ok(!manifest.activationEvents.includes('*'));
    assert.ok(!manifest.activationEvents.includes('onStartupFinished'));
  });

  test('says what restricted and virtual workspaces get', () => {
    for (const kind of ['untrustedWorkspaces', 'virtualWorkspaces']) {
      assert.equal(manifest.capabilities[kind]?.supported, 'limited');
      assert.ok(manifest.capabilities[kind].description);
    }
  });

  test('every command that opens an index or a model wants trust', () => {
    const harmless: readonly string[] = [commands.stopIndexing, commands.showLog, commands.doctor];
    const wanting = contributes.commands.filter(
      ({ command, enablement }) =>
        Object.values<string>(commands).includes(command) &&
        !harmless.includes(command) &&
        !command.startsWith('likeness.similar.') &&
        enablement?.includes('isWorkspaceTrusted') !== true,
    );
    assert.deepEqual(
      wanting.map(({ command }) => command),
      [],
    );
  });
});

/** Whether two rows can be seen at once, as far as their clauses tell. */
function canBeTogether(a: string, b: string): boolean {
  const [terms, others] = [a, b].map((when) => when.split(' && '));
  const isDenied = terms!.some((term) => others!.some((other) => other === `!${term}` || term === `!${other}`));
  const isElsewhere = ['view', 'viewItem'].some((key) => {
    const [names, others] = [a, b].map((when) => namesOf(key, when));
    return names!.length > 0 && others!.length > 0 && !names!.some((name) => others!.includes(name));
  });
  return !isDenied && !isElsewhere;
}

/** What a key has to be for a clause to hold; nothing where it may be anything. */
function namesOf(key: string, when: string): string[] {
  const [, one, prefix = '', several] =
    new RegExp(`(?:^| )${key} (?:== ([\\w.]+)|=~ /\\^(likeness)\\\\.\\(([\\w|]+)\\)\\$/)`).exec(when) ?? [];
  return one === undefined ? (several ?? '').split('|').flatMap((name) => (name ? `${prefix}.${name}` : [])) : [one];
}

/** Our own names in a when clause, with the alternatives of a regular expression told apart. */
function whenNames(when: string): string[] {
  const spelt = when.replaceAll(/\/\^(likeness)\\\.\(([\w|]+)\)\$\//g, (_, prefix: string, names: string) =>
    names
      .split('|')
      .map((name) => `${prefix}.${name}`)
      .join(' '),
  );
  return [...spelt.matchAll(/(?:config\.)?likeness\.[\w.]+/g)].map(([name]) => name);
}
