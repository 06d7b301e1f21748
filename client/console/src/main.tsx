// Where the page begins.
// Page thread.
import { render } from 'preact';
import '@preact/signals';
import { App } from './app';
import { apply } from './state/theme';
import './style/colours.css';
import './style/base.css';
import './style/parts.css';
import './style/entries.css';
import './style/narrow.css';

apply();
render(<App />, document.getElementById('app')!);
