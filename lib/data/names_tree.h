/* A balanced tree of keys (AA tree): where names go whose places in the table are taken. */
#ifndef CRM_I_NAMES_TREE_H
#define CRM_I_NAMES_TREE_H

#include "base/memory.h"

typedef struct crm_i_names_node {
    int64_t key;
    int64_t left; /* node or -1 */
    int64_t right;
    int64_t level;
} crm_i_names_node;

typedef struct crm_i_names_tree {
    crm_i_names_node *node;
    int64_t n;
    int64_t capacity;
    int64_t root; /* -1: empty */
} crm_i_names_tree;

/* -1, 0 or 1 as a text comes before, is, or comes after that of a key. */
typedef int (*crm_i_names_compare)(const void *self, const char *text, int64_t length, int64_t key);

/* The key of a text, or -1. */
int64_t crm_i_names_tree_find(const crm_i_names_tree *tree, crm_i_names_compare compare, const void *self,
                              const char *text, int64_t length);

/* Room for one more; 0 if there is none. */
int32_t crm_i_names_tree_reserve(crm_i_names_tree *tree, const crm_allocator *allocator);

/* Adds a key whose text is not there; room was reserved. */
void crm_i_names_tree_add(crm_i_names_tree *tree, crm_i_names_compare compare, const void *self,
                          const char *text, int64_t length, int64_t key);
void crm_i_names_tree_release(crm_i_names_tree *tree, const crm_allocator *allocator);

#endif
