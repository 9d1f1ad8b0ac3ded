import { DataStore } from 'granary';
import wasm from 'granary/granary.wasm';
import sdlWasm from 'granary/granary-sdl.wasm';
import { leaveNote } from './program.js';

leaveNote(DataStore, { wasm, sdlWasm });
