import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import { render } from 'preact';
import { App } from './app.tsx';
import { synchronize } from './host.ts';
import './viewer.css';

render(<App />, document.getElementById('app')!);
void synchronize();
