import type { ConnectionLabel, HostMessageOf } from '../src/panel/protocol.ts';

/** What the host last said of the connection; no label before it said anything. */
export interface PanelStatus {
  label: ConnectionLabel | null;
  /** A snapshot, or a proof that nothing is missing, is being read. */
  loading: boolean;
  /** The first snapshot is over: what arrives from now on is new. */
  settled: boolean;
}

/** The status after a message; the same object when nothing of it changed. */
export function nextStatus(
  status: PanelStatus,
  { connection, loading, counts }: Pick<HostMessageOf<'status'>, 'connection' | 'loading' | 'counts'>,
): PanelStatus {
  const { label } = connection;
  const settled = status.settled || (counts.held > 0 && !loading);
  const same = label === status.label && loading === status.loading && settled === status.settled;
  return same ? status : { label, loading, settled };
}
