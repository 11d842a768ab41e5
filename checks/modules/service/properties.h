/*
 * properties - what systemd tells of a unit, as JSON and as facts of ours.
 */
#ifndef CHECKS_MODULES_SERVICE_PROPERTIES_H
#define CHECKS_MODULES_SERVICE_PROPERTIES_H

#include <jansson.h>
#include <systemd/sd-bus.h>

struct observer;

/* The reply of Properties.GetAll (a{sv}) as { name: value }: texts, numbers and booleans; what is
 * neither, and the counts that systemd does not know (all bits set), are left out. Returns a
 * negative errno of sd-bus for a reply of another form. */
int properties_read(sd_bus_message *reply, json_t **out);
/* Set the facts that they tell. */
void properties_tell(const json_t *properties, struct observer *o);

#endif
