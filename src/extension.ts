import * as vscode from 'vscode';
import { registerTools } from './assistant/tools.ts';
import { referenceTo, registerCommands } from './commands/commands.ts';
import { followWithContextKeys, noteTrendsSeen } from './commands/contextKeys.ts';
import { config, section } from './config.ts';
import { Credentials } from './credentials.ts';
import { Following } from './following/following.ts';
import { offerRestart } from './localServer/crashNotice.ts';
import { LocalServer } from './localServer/localServer.ts';
import { offerToTerminals } from './localServer/terminalEnvironment.ts';
import { RedactingLog } from './log.ts';
import { Notifier } from './notices/notifier.ts';
import { DiffDocuments } from './panel/differences/diffDocuments.ts';
import { Panels } from './panel/panels.ts';
import { type ChoiceStorage, keepTableChoice, tableChoice } from './panel/tableChoice.ts';
import { plainMessage } from './plainText.ts';
import { type ServerId, Servers } from './servers.ts';
import { SpillFolder } from './store/spillFolder.ts';
import { ConnectionBadge } from './views/connectionBadge.ts';
import { JobsTree } from './views/jobsTree.ts';
import { type JobReference, keyOf, Watches } from './watch/watches.ts';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const extension = context.extensionUri;
  const log = new RedactingLog();
  const credentials = new Credentials(context.secrets);
  const localServer = new LocalServer(extension, credentials);
  const servers = new Servers(credentials, localServer);
  await servers.discover();
  const texts = new SpillFolder(vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'texts').fsPath);
  removeLeftovers(texts, log);
  const watches = new Watches<ServerId>({
    servers: ['remote', 'local'],
    endpoint: (server) => servers.endpoint(server),
    isPresent: (server) => servers.isPresent(server),
    hasKey: (server) => servers.hasKey(server),
    policy: config.policy,
    log,
    judgement: (job) => ({
      get: () => context.globalState.get(judgementKey(job)),
      set: (judgement) => void context.globalState.update(judgementKey(job), judgement),
    }),
    texts: {
      limit: config.maxPredictionsInMemory,
      file: () => texts.file(),
      tell: (problem) => void vscode.window.showWarningMessage(plainMessage(problem)),
    },
  });
  const tables: ChoiceStorage = {
    get: () => context.globalState.get('table'),
    set: (choice) => void context.globalState.update('table', choice),
  };
  const following = new Following(localServer, log);
  const documents = new DiffDocuments(watches);
  const panels = new Panels({
    extension,
    documents,
    servers,
    watches,
    table: () => tableChoice(tables, config.pageSize()),
    keepTable: (choice) => keepTableChoice(tables, choice, config.pageSize()),
    run: (command, watch) => void vscode.commands.executeCommand(`${section}.${command}`, referenceTo(watch)),
    tabShown: (tab) => {
      if (tab === 'trends') noteTrendsSeen();
    },
    log,
  });
  const tree = new JobsTree(servers, watches, following);
  context.subscriptions.push(
    log,
    credentials,
    localServer,
    servers,
    watches,
    documents,
    panels,
    following,
    tree,
    new ConnectionBadge(servers, watches, following),
    new Notifier({ servers, watches, folder: context.globalStorageUri, log }),
    offerRestart(localServer, log),
    offerToTerminals(context.environmentVariableCollection, localServer),
    followWithContextKeys(servers, localServer, watches),
    registerTools(servers, watches, log),
    registerCommands({
      extension,
      storage: context.globalStorageUri,
      credentials,
      servers,
      localServer,
      following,
      memory: context.globalState,
      watches,
      panels,
      documents,
      chosenJobs: () => tree.chosen,
      log,
    }),
    servers.onDidChange(({ server, change }) => watches.serverChanged(server, change)),
    config.onDidChange(['liveUpdates', 'pollIntervalSeconds', 'reconnect.maxAttempts'], () =>
      watches.dispatch({ type: 'policyChanged' }),
    ),
    config.onDidChange(['maxPredictionsInMemory'], () => watches.spillSome()),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) watches.dispatch({ type: 'focus' });
    }),
  );
  await openSampleRunOnStart(context);
}

/** Where the reader's choice of a deciding score is kept. */
function judgementKey(job: JobReference<ServerId>): string {
  return `judgement ${keyOf(job)}`;
}

/** What a crash left behind; that it cannot be removed is no reason not to start. */
function removeLeftovers(texts: SpillFolder, log: RedactingLog): void {
  try {
    const count = texts.removeLeftovers();
    if (count > 0) log.info(`${count} files of texts that a crash left behind are removed`);
  } catch (error) {
    log.error('removing what a crash left behind', error);
  }
}

/** `npm start` asks for the sample run: once each time it is run, not again in every window that is reloaded. */
async function openSampleRunOnStart({ globalState }: vscode.ExtensionContext): Promise<void> {
  const start = process.env['TRAINING_PREDICTIONS_START'];
  if (!start?.startsWith('sample') || globalState.get('start') === start) return;
  await globalState.update('start', start);
  void vscode.commands.executeCommand('trainingPredictions.openSampleRun', 'supervised');
}
