import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseCommand, type RunOptions } from '../../src/server/cli.ts';
import { StartError } from '../../src/server/reporting/errors.ts';

function run(args: string[], environment: NodeJS.ProcessEnv = {}): RunOptions {
  const command = parseCommand(args, environment, '1.2.3');
  assert.ok('run' in command);
  return command.run;
}

describe('the command line', () => {
  it('has the documented defaults', () => {
    assert.deepEqual(run([]), {
      host: '127.0.0.1',
      port: 4517,
      dataDir: join(homedir(), '.training-predictions'),
      databaseUrl: undefined,
      heartbeatSeconds: 15,
      stopWhenUnusedSeconds: 0,
      retention: { days: undefined, bytes: undefined },
      logLevel: 'info',
      tls: undefined,
      allowedHosts: [],
      limits: {
        maxStreams: 2000,
        bodyBytes: 32 * 1024 * 1024,
        bodyMemory: 256 * 1024 * 1024,
        maxConnections: 10_000,
        requestsPerSecond: 2000,
        requestTimeout: 120_000,
      },
      apiKey: undefined,
    });
  });

  it('takes every flag', () => {
    const flags =
      '--host ::1 --port 0 --data-dir data --heartbeat-seconds 0.5 --log-level debug --tls-cert c.pem --tls-key k.pem ' +
      '--allowed-host GPU.example --allowed-host gpu --max-streams 3 --body-limit-mb 1 --rate-limit 7 --body-memory-mb 5 ' +
      '--max-connections 9 --request-timeout-seconds 0.5 --stop-when-unused 60 --keep-days 30.5 --keep-gb 1.5';
    assert.deepEqual(run(flags.split(' ')), {
      host: '::1',
      port: 0,
      dataDir: resolve('data'),
      databaseUrl: undefined,
      heartbeatSeconds: 0.5,
      stopWhenUnusedSeconds: 60,
      retention: { days: 30.5, bytes: 1_500_000_000 },
      logLevel: 'debug',
      tls: { certificate: resolve('c.pem'), key: resolve('k.pem') },
      allowedHosts: ['gpu.example', 'gpu'],
      limits: {
        maxStreams: 3,
        bodyBytes: 1024 * 1024,
        bodyMemory: 5 * 1024 * 1024,
        maxConnections: 9,
        requestsPerSecond: 7,
        requestTimeout: 500,
      },
      apiKey: undefined,
    });
  });

  it('has memory for four of the largest bodies, whatever it is told', () => {
    assert.equal(run(['--body-limit-mb', '100']).limits.bodyMemory, 400 * 1024 * 1024);
  });

  it('takes the data directory and the key from the environment, the flag before it', () => {
    const environment = { TRAINING_PREDICTIONS_HOME: '/tmp/home', TRAINING_PREDICTIONS_API_KEY: 'wak_x' };
    assert.equal(run([], environment).dataDir, '/tmp/home');
    assert.equal(run([], environment).apiKey, 'wak_x');
    assert.equal(run(['--data-dir', '/tmp/flag'], environment).dataDir, '/tmp/flag');
  });

  it('never takes the key that a user has for FineTune Lab', () => {
    assert.equal(run([], { FINETUNE_LAB_API_KEY: 'wak_user' }).apiKey, undefined);
  });

  it('takes empty variables for absent ones', () => {
    const options = run([], { TRAINING_PREDICTIONS_HOME: '', TRAINING_PREDICTIONS_API_KEY: '' });
    assert.equal(options.apiKey, undefined);
    assert.equal(options.dataDir, join(homedir(), '.training-predictions'));
  });

  for (const [args, named] of [
    [['--port', '70000'], '--port'],
    [['--port', 'x'], '--port'],
    [['--port', '1.5'], '--port'],
    [['--heartbeat-seconds', '0'], '--heartbeat-seconds'],
    [['--log-level', 'loud'], '--log-level'],
    [['--max-streams', '0'], '--max-streams'],
    [['--body-limit-mb', '1000'], '--body-limit-mb'],
    [['--rate-limit', '0'], '--rate-limit'],
    [['--request-timeout-seconds', 'x'], '--request-timeout-seconds'],
    [['--tls-cert', 'c.pem'], '--tls-key'],
    [['--tls-key', 'k.pem'], '--tls-cert'],
    [['--allowed-host', 'https://gpu'], '--allowed-host'],
    [['--allowed-host', 'gpu:4517'], '--allowed-host'],
    [['--allowed-host', ''], '--allowed-host'],
    [['--nonsense'], '--nonsense'],
    [['start'], 'start'],
  ] as const) {
    it(`refuses ${args.join(' ')} by name, with exit code 2`, () => {
      assert.throws(
        () => run([...args]),
        (error) => error instanceof StartError && error.exitCode === 2 && error.message.includes(named),
      );
    });
  }

  it('refuses a key that no header can carry', () => {
    assert.throws(() => run([], { TRAINING_PREDICTIONS_API_KEY: 'a b' }), /TRAINING_PREDICTIONS_API_KEY/);
  });

  it('prints help with every flag, and the version', () => {
    const help = parseCommand(['--help'], {}, '1.2.3');
    assert.ok('print' in help);
    const flags =
      'host port data-dir heartbeat-seconds log-level tls-cert tls-key allowed-host max-streams body-limit-mb ' +
      'rate-limit request-timeout-seconds help version';
    for (const flag of flags.split(' ')) assert.ok(help.print.includes(`--${flag} `), flag);
    assert.deepEqual(parseCommand(['--version'], {}, '1.2.3'), { print: '1.2.3\n' });
  });
});
