/**
 * A directory of the operator's own files, served beside the topics: a page and the streams that it reads have one
 * origin then. {@code FilePath} and {@code FileAnswer} decide, {@code StaticRoot} looks into the directory on a worker,
 * {@code StaticFiles} answers on an event loop, which never touches a file.
 *
 * <p>Vert.x' {@code StaticHandler} is not used: it opens and sends files on the event loop, follows symbolic links out
 * of its root, knows no entity tags, and takes a range of a file that has changed since.
 */
package io.letterbox.files;
