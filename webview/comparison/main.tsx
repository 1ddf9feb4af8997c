import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import { render } from 'preact';
import { App } from './app.tsx';
import { synchronize } from './host.ts';
import { listenToKeys } from './keys.ts';
import './comparison.css';

listenToKeys();
render(<App />, document.getElementById('app')!);
void synchronize();
