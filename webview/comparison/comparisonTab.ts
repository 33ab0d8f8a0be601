import type { ConnectionLabel, HostMessageOf } from '../../src/panel/protocol.ts';
import { element } from '../dom.ts';
import type { Panel } from '../panel.ts';

export function createComparisonTab(_panel: Panel) {
  return {
    element: element('div'),
    show: (_message: HostMessageOf<'comparison'>) => {},
    showStatus: (_label: ConnectionLabel, _loading: boolean) => {},
    refresh: () => {},
  };
}
