import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { parse, parseDocument } from 'yaml';
import packageJson from '../../../package.json' with { type: 'json' };

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions: Readonly<Record<string, string>>;
        readonly 'timeout-minutes'?: number;
        readonly needs?: string | readonly string[];
        readonly steps?: readonly Step[];
        /** Another workflow of the repository; the steps and time limits are there. */
        readonly uses?: string;
      }
    >
  >;
}

const ROOT = new URL('../../../', import.meta.url);
const FOLDER = new URL('.github/workflows/', ROOT);
/** What a job may do beside reading the repository. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  'release.yml images': ['packages'],
  'release.yml chart': ['packages'],
  'release.yml package': ['id-token'],
};

suite('workflows', async () => {
  for (const file of (await readdir(FOLDER)).sort()) {
    const text = await readFile(new URL(file, FOLDER), 'utf8');
    const document = parseDocument(text);
    const { permissions, jobs } = document.toJS() as Workflow;

    test(`${file}: actions are pinned, with the version as a comment`, () => {
      assert.deepEqual(document.errors, []);
      const own = Object.values(jobs).flatMap(({ uses }) => uses ?? []);
      for (const workflow of own) assert.match(workflow, /^\.\/\.github\/workflows\/check\.yml$/);
      const used = [...text.matchAll(/\buses: *(.*)$/gm)].map(([, action]) => action!);
      const actions = used.filter((action) => !own.includes(action));
      assert.equal(
        actions.length,
        Object.values(jobs).flatMap(({ steps = [] }) => steps.filter(({ uses }) => uses !== undefined))
          .length,
      );
      for (const action of actions) assert.match(action, /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    test(`${file}: jobs may do what they need, for as long as they need`, () => {
      assert.deepEqual(permissions, {});
      for (const [name, job] of Object.entries(jobs)) {
        const { contents, ...others } = job.permissions;
        assert.equal(contents, 'read', name);
        const writes = WRITES[`${file} ${name}`] ?? [];
        assert.deepEqual(others, Object.fromEntries(writes.map((what) => [what, 'write'])), name);
        assert.ok(job.uses !== undefined || job['timeout-minutes']! > 0, name);
        for (const { uses, run = '', with: inputs } of job.steps ?? []) {
          if (uses?.startsWith('actions/checkout@')) assert.equal(inputs?.['persist-credentials'], false);
          // what others name, such as a branch, is no part of a script
          assert.doesNotMatch(run, /\$\{\{/, name);
        }
      }
    });

    test(`${file}: the scripts of the package that it runs exist`, () => {
      const scripts = Object.keys(packageJson.scripts);
      for (const [, script] of text.matchAll(/\bnpm run ([\w:-]+)/g))
        assert.ok(scripts.includes(script!), `there is no script ${script}`);
    });
  }

  test('images are released under the version that the chart asks for', async () => {
    const chart = parse(await readFile(new URL('charts/facefleet/Chart.yaml', ROOT), 'utf8')) as Record<
      string,
      unknown
    >;
    assert.deepEqual([chart.version, chart.appVersion], [packageJson.version, packageJson.version]);
    const { jobs } = parse(await readFile(new URL('release.yml', FOLDER), 'utf8')) as Workflow;
    assert.deepEqual(jobs.images!.needs, ['version', 'check']);
    const tags = jobs.images!.steps!.flatMap(({ with: inputs }) => inputs?.tags ?? []);
    assert.equal(tags.length, 1);
    assert.match(String(tags[0]), /\}:\$\{\{ needs\.version\.outputs\.version \}\}$/);
  });
});
