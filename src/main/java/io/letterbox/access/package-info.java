/**
 * Who may do what. So far only who asks: a {@link io.letterbox.access.Principal}, which every request carries from the
 * one place of its door where it is found out. Pure; safe on any thread.
 */
package io.letterbox.access;
