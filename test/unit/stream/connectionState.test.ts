import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type ConnectionEvent,
  type ConnectionState,
  type Effect,
  idle,
  type Policy,
  transition,
  wakeAt,
} from '../../../src/stream/connectionState.ts';

const policy: Policy = { liveUpdates: true, maxAttempts: 3, pollInterval: 30_000, heartbeat: 15_000 };

/** Feeds events to a machine whose clock the test moves. */
class Machine {
  now = 1_000_000;
  random = 0.5;
  policy = policy;
  state: ConnectionState = idle;
  effects: Effect[] = [];

  send(...events: ConnectionEvent[]): Effect[] {
    this.effects = [];
    for (const event of events) {
      const next = transition(this.state, event, { now: this.now, random: this.random, policy: this.policy });
      this.state = next.state;
      this.effects.push(...next.effects);
    }
    return this.effects;
  }

  /** Lets time pass, with every timer that the machine asks for. */
  wait(duration: number): Effect[] {
    const end = this.now + duration;
    const effects: Effect[] = [];
    for (;;) {
      const wake = wakeAt(this.state, this.policy);
      if (wake === null || wake > end) break;
      this.now = Math.max(this.now, wake);
      effects.push(...this.send({ type: 'timer' }));
    }
    this.now = end;
    return effects;
  }

  get name(): string {
    return this.state.name;
  }
}

function live(): Machine {
  const machine = new Machine();
  machine.send({ type: 'start', hasKey: true }, { type: 'bytes' });
  assert.equal(machine.name, 'live');
  return machine;
}

function polling(): Machine {
  const machine = new Machine();
  machine.send({ type: 'start', hasKey: true });
  for (let failure = 0; failure < policy.maxAttempts; failure += 1) {
    machine.send({ type: 'interrupted', retryAfter: null });
    if (machine.name === 'waiting') machine.wait(30_000);
  }
  assert.equal(machine.name, 'polling');
  return machine;
}

describe('the connection', () => {
  it('opens on start and is live with the first byte, not before', () => {
    const machine = new Machine();
    assert.deepEqual(machine.send({ type: 'start', hasKey: true }), ['close', 'open']);
    assert.equal(machine.name, 'connecting');
    assert.deepEqual(machine.send({ type: 'bytes' }), ['catchUp']);
    assert.equal(machine.name, 'live');
  });

  it('asks for a key and opens nothing without one', () => {
    const machine = new Machine();
    assert.deepEqual(machine.send({ type: 'start', hasKey: false }), ['close']);
    assert.equal(machine.name, 'signedOut');
  });

  it('leaves live within 2.5 heartbeats without a byte, and not much earlier', () => {
    const machine = live();
    machine.wait(36_749);
    assert.equal(machine.name, 'live');
    assert.deepEqual(machine.wait(1), ['close']);
    assert.equal(machine.name, 'waiting');
  });

  it('waits no longer for anything when the clock is set back', () => {
    const hour = 3_600_000;
    const connecting = new Machine();
    connecting.send({ type: 'start', hasKey: true });
    const waiting = live();
    waiting.send({ type: 'interrupted', retryAfter: null });
    for (const machine of [live(), connecting, waiting, polling()]) {
      const wake = Number(wakeAt(machine.state, policy)) - machine.now;
      machine.now -= hour;
      machine.send({ type: 'clockSetBack', by: hour });
      assert.equal(Number(wakeAt(machine.state, policy)) - machine.now, wake, machine.name);
    }
  });

  it('keeps the server’s own heartbeat', () => {
    const machine = live();
    machine.send({ type: 'heartbeatInterval', interval: 1000 });
    machine.wait(2450);
    assert.equal(machine.name, 'waiting');
  });

  it('stays live as long as bytes come', () => {
    const machine = live();
    for (let minute = 0; minute < 10; minute += 1) {
      machine.wait(30_000);
      machine.send({ type: 'bytes' });
    }
    assert.equal(machine.name, 'live');
  });

  it('gives up an attempt that brings no byte', () => {
    const machine = new Machine();
    machine.send({ type: 'start', hasKey: true });
    assert.deepEqual(machine.wait(36_750), ['close']);
    assert.equal(machine.name, 'waiting');
  });

  it('closes, waits and opens again after an end, and catches up', () => {
    const machine = live();
    assert.deepEqual(machine.send({ type: 'interrupted', retryAfter: null }), ['close']);
    assert.equal(machine.name, 'waiting');
    assert.deepEqual(machine.wait(1000), ['close', 'open']);
    assert.deepEqual(machine.send({ type: 'bytes' }), ['catchUp']);
  });

  it('waits as long as the server asks, in whatever way', () => {
    const machine = live();
    machine.send({ type: 'retryHint', delay: 5000 }, { type: 'interrupted', retryAfter: null });
    assert.deepEqual(machine.wait(4999), []);
    assert.deepEqual(machine.wait(1), ['close', 'open']);
    machine.send({ type: 'interrupted', retryAfter: 120_000 });
    assert.deepEqual(machine.wait(119_999), []);
    assert.deepEqual(machine.wait(1), ['close', 'open']);
  });

  it('does not forget its failures because a connection was accepted', () => {
    const machine = new Machine();
    machine.send({ type: 'start', hasKey: true });
    for (let failure = 1; failure < policy.maxAttempts; failure += 1) {
      machine.send({ type: 'bytes' }, { type: 'interrupted', retryAfter: null });
      machine.wait(30_000);
    }
    machine.send({ type: 'bytes' }, { type: 'interrupted', retryAfter: null });
    assert.equal(machine.name, 'polling');
  });

  it('forgets its failures once something was delivered, or after 10 s', () => {
    for (const prove of [
      (machine: Machine) => machine.send({ type: 'delivered' }),
      (machine: Machine) => {
        machine.now += 10_000;
        machine.send({ type: 'bytes' });
      },
    ]) {
      const machine = new Machine();
      machine.send({ type: 'start', hasKey: true });
      for (let round = 0; round < 10; round += 1) {
        machine.send({ type: 'bytes' });
        prove(machine);
        machine.send({ type: 'interrupted', retryAfter: null });
        assert.equal(machine.name, 'waiting');
        machine.wait(60_000);
        machine.send({ type: 'start', hasKey: true });
      }
    }
  });

  it('opens no thirteenth connection in a minute in any sequence of events', () => {
    const event: fc.Arbitrary<ConnectionEvent> = fc.oneof(
      fc.constantFrom<ConnectionEvent>(
        ...(['bytes', 'delivered', 'refused', 'missing', 'timer', 'pause', 'resume'] as const).map((type) => ({
          type,
        })),
        ...(['reconnect', 'focus', 'policyChanged', 'jobEnded', 'jobResumed'] as const).map((type) => ({ type })),
        ...[true, false].map((hasKey) => ({ type: 'keyChanged' as const, hasKey })),
        ...[true, false].map((hasKey) => ({ type: 'start' as const, hasKey })),
        { type: 'interrupted', retryAfter: null },
      ),
      fc.record({ type: fc.constant('heartbeatInterval' as const), interval: fc.nat(1000) }),
    );
    const steps = fc.array(fc.tuple(event, fc.nat(2000), fc.boolean()), {
      minLength: 100,
      maxLength: 400,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, (sequence) => {
        const machine = new Machine();
        machine.random = 0;
        machine.send({ type: 'start', hasKey: true });
        const opened = [machine.now];
        for (const [sent, wait, liveUpdates] of sequence) {
          machine.policy = { ...policy, liveUpdates };
          const effects = [...machine.send(sent), ...machine.wait(wait)];
          for (const effect of effects) if (effect === 'open') opened.push(machine.now);
        }
        // An opening during the wait is noted at its end: at most 2 s late.
        const soonest = opened.map((time, index) => (opened[index + 12] ?? Number.POSITIVE_INFINITY) - time);
        assert.ok(soonest.every((span) => span >= 58_000));
      }),
      { numRuns: 200 },
    );
  });

  it('never opens more than 12 connections a minute, whatever the server and the user do', () => {
    const machine = new Machine();
    machine.random = 0;
    machine.policy = { ...policy, maxAttempts: 100 };
    const opened: number[] = [];
    machine.send({ type: 'start', hasKey: true });
    opened.push(machine.now);
    for (let step = 0; step < 5000; step += 1) {
      const effects = [
        ...machine.send({ type: 'bytes' }, { type: 'delivered' }, { type: 'interrupted', retryAfter: null }),
        ...machine.send({ type: step % 2 === 0 ? 'reconnect' : 'focus' }),
        ...machine.wait(50),
      ];
      for (const effect of effects) if (effect === 'open') opened.push(machine.now);
    }
    for (const [index, time] of opened.entries()) {
      const thirteenth = opened[index + 12];
      if (thirteenth !== undefined) assert.ok(thirteenth - time >= 60_000, `opening ${index + 12}`);
    }
    assert.ok(opened.length > 40);
  });

  it('polls after so many failures in a row, and tries the stream every 30 s', () => {
    const machine = polling();
    const effects = machine.wait(60_000);
    assert.equal(effects.filter((effect) => effect === 'poll').length, 2);
    assert.ok(effects.includes('open'));
    assert.deepEqual(machine.send({ type: 'bytes' }), ['catchUp']);
    assert.equal(machine.name, 'live');
  });

  it('takes no bytes for live while it polls and tries nothing', () => {
    const machine = polling();
    machine.send({ type: 'bytes' });
    assert.equal(machine.name, 'polling');
  });

  it('knows whether the last poll failed', () => {
    const machine = polling();
    machine.send({ type: 'polled', succeeded: false, retryAfter: null });
    assert.ok(machine.state.name === 'polling' && machine.state.lastPollFailed);
    machine.send({ type: 'polled', succeeded: true, retryAfter: null });
    assert.ok(machine.state.name === 'polling' && !machine.state.lastPollFailed);
  });

  it('opens no stream while live updates are off, and goes live when they are on again', () => {
    const machine = new Machine();
    machine.policy = { ...policy, liveUpdates: false };
    assert.deepEqual(machine.send({ type: 'start', hasKey: true }), ['close', 'poll']);
    assert.ok(!machine.wait(300_000).includes('open'));
    assert.deepEqual(machine.send({ type: 'focus' }), ['poll']);
    machine.policy = policy;
    assert.deepEqual(machine.send({ type: 'policyChanged' }), ['close', 'open']);
    machine.send({ type: 'bytes' });
    machine.policy = { ...policy, liveUpdates: false };
    assert.deepEqual(machine.send({ type: 'policyChanged' }), ['close', 'poll']);
  });

  it('tries at once when the window has the focus again', () => {
    const machine = live();
    machine.random = 1;
    machine.send({ type: 'interrupted', retryAfter: null });
    assert.deepEqual(machine.send({ type: 'focus' }), ['close', 'open']);
    const waiting = polling();
    assert.deepEqual(waiting.send({ type: 'focus' }), ['poll', 'open']);
  });

  it('closes when it is paused and opens when it is resumed', () => {
    const machine = live();
    assert.deepEqual(machine.send({ type: 'pause' }), ['close']);
    assert.deepEqual(machine.wait(600_000), []);
    assert.deepEqual(machine.send({ type: 'focus' }), []);
    assert.deepEqual(machine.send({ type: 'resume' }), ['close', 'open']);
  });

  it('ends all requests when the key is refused or the job is gone, until the user acts', () => {
    for (const event of [{ type: 'refused' }, { type: 'missing' }] as const) {
      for (const machine of [live(), polling()]) {
        assert.deepEqual(machine.send(event), ['close']);
        assert.deepEqual(machine.wait(600_000), []);
        assert.deepEqual(machine.send({ type: 'focus' }, { type: 'interrupted', retryAfter: null }), []);
        assert.ok(machine.send({ type: 'reconnect' }).includes('open'));
      }
    }
  });

  it('is finished with its job and runs again with it', () => {
    const machine = live();
    assert.deepEqual(machine.send({ type: 'jobEnded' }), ['close']);
    assert.equal(machine.name, 'finished');
    assert.deepEqual(machine.send({ type: 'jobResumed' }), ['close', 'open']);
  });

  it('does nothing for a job that is not watched', () => {
    const machine = new Machine();
    const events: ConnectionEvent[] = [
      { type: 'bytes' },
      { type: 'interrupted', retryAfter: null },
      { type: 'reconnect' },
      { type: 'focus' },
      { type: 'timer' },
      { type: 'resume' },
      { type: 'jobEnded' },
      { type: 'refused' },
      { type: 'policyChanged' },
    ];
    for (const event of events) assert.deepEqual(machine.send(event), [], event.type);
    assert.equal(machine.name, 'idle');
  });

  it('stops from anywhere', () => {
    for (const machine of [live(), polling()]) {
      assert.deepEqual(machine.send({ type: 'stop' }), ['close']);
      assert.equal(wakeAt(machine.state, policy), null);
    }
  });
});
