import { DataStore } from 'granary';
import wasm from 'granary/granary.wasm';
import sdlWasm from 'granary/granary-sdl.wasm';
import { leaveNote } from './program.js';

const host = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

leaveNote(DataStore, { wasm, sdlWasm, host });
