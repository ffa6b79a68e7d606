// A module of ours, so that the library is loaded only where a picture is made.
export { default as sharp } from 'sharp';
