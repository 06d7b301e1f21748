// Where the page begins.
// Page thread.
import { render } from 'preact';
import '@preact/signals';
import { App } from './app';
import { apply } from './state/theme';
import './style.css';

apply();
render(<App />, document.getElementById('app')!);
