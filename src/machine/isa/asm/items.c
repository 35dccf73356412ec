#include "machine/isa/asm/items.h"

#include "base/alloc.h"

#include <string.h>

struct item *item_add(struct assembler *as, enum item_kind kind, struct place place)
{
    if (as->item_count == as->item_room) {
        as->item_room = as->item_room ? as->item_room * 2 : 256;
        as->items = alloc_resize(as->items, as->item_room * sizeof(*as->items));
    }

    struct item *item = &as->items[as->item_count++];

    *item = (struct item){.kind = kind, .section = as->section, .place = place};
    return item;
}

size_t item_mark(struct assembler *as, struct place place)
{
    item_add(as, ITEM_MARK, place);
    return as->item_count - 1;
}

uint64_t item_address(const struct assembler *as, const struct item *item)
{
    return as->sections[item->section].address + item->offset;
}

int section_named(struct assembler *as, const char *name, size_t length, unsigned flags)
{
    for (size_t i = 0; i < as->section_count; i++)
        if (strlen(as->sections[i].name) == length &&
            memcmp(as->sections[i].name, name, length) == 0)
            return (int)i;
    as->sections =
        alloc_resize(as->sections, (as->section_count + 1) * sizeof(*as->sections));
    as->sections[as->section_count] =
        (struct section){.name = arena_text(&as->arena, name, length), .flags = flags};
    return (int)as->section_count++;
}

void section_use(struct assembler *as, int section)
{
    as->previous_section = as->section;
    as->section = section;
}
