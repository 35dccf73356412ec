#ifndef FACE_EVENTS_COMMAND_H
#define FACE_EVENTS_COMMAND_H

/* `ringside events`: reads a binary recording of events back. */
int command_events(int argc, char **argv);

#endif
