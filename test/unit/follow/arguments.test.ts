import assert from 'node:assert/strict';
import { parseFollow } from '../../../src/follow/arguments.ts';
import { FollowEndedError } from '../../../src/follow/exit.ts';

describe('the arguments of follow', () => {
  const wrong: [string[], NodeJS.ProcessEnv, RegExp][] = [
    [[], {}, /which folder or file/],
    [['a', 'b'], {}, /"b" is too much/],
    [['a', '--format', 'word'], {}, /expected one of trl, skyrl, .*, verl, table, got "word"/],
    [['a', '--job', ''], {}, /--job/],
    [['a', '--twice'], {}, /--twice/],
    [['a', '--url', 'http://127.0.0.1:1'], {}, /There is no key for 127\.0\.0\.1:1/],
    [['a', '--url', 'http://127.0.0.1:1'], { FINETUNE_LAB_API_KEY: 'wak_1' }, /There is no key/],
    [
      ['a', '--url', 'http://127.0.0.1:1'],
      { FINETUNE_LAB_API_KEY: 'wak_1', FINETUNE_LAB_API_URL: 'http://127.0.0.1:2' },
      /There is no key/,
    ],
    [['a', '--column', 'prompt'], {}, /--column: expected one of prompt, .*, =, and a name, got "prompt"/],
    [['a', '--column', 'answer=b'], {}, /--column: expected one of/],
    [['a', '--column', 'prompt=b', '--format', 'trl'], {}, /--column: trl has columns of its own/],
    [['a', '--beside-server', '--url', 'http://127.0.0.1:1'], {}, /--beside-server: not together with --url/],
    [['a', '--url', 'http://example.com'], { TRAINING_PREDICTIONS_API_KEY: 'k' }, /--url: .*TLS/],
  ];
  for (const [args, environment, words] of wrong) {
    it(`are refused with a reason: ${[...args, ...Object.keys(environment)].join(' ')}`, () => {
      assert.throws(
        () => parseFollow(args, environment),
        (error) => error instanceof FollowEndedError && error.exitCode === 2 && words.test(error.message),
      );
    });
  }

  it('take the key of scripts for the server that scripts send to', () => {
    const environment = { FINETUNE_LAB_API_KEY: 'wak_1', FINETUNE_LAB_API_URL: 'http://127.0.0.1:2/path' };
    const command = parseFollow(['a', '--url', 'http://127.0.0.1:2'], environment);
    assert.ok(command !== 'help');
    assert.equal(command.server.named?.key, 'wak_1');
    const own = parseFollow(['a', '--url', 'http://127.0.0.1:2'], {
      ...environment,
      TRAINING_PREDICTIONS_API_KEY: 'wak_2',
    });
    assert.ok(own !== 'help');
    assert.equal(own.server.named?.key, 'wak_2');
  });
});
