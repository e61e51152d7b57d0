/* The AA tree: red-black by levels, kept by two rotations. */
#include "data/names_tree.h"

int64_t crm_i_names_tree_find(const crm_i_names_tree *tree, crm_i_names_compare compare, const void *self,
                              const char *text, int64_t length)
{
    int64_t at = tree->root;
    while (at >= 0) {
        const crm_i_names_node *node = &tree->node[at];
        const int order = compare(self, text, length, node->key);
        if (order == 0)
            return node->key;
        at = order < 0 ? node->left : node->right;
    }
    return -1;
}

int32_t crm_i_names_tree_reserve(crm_i_names_tree *tree, const crm_allocator *allocator)
{
    void *node = tree->node;
    const int32_t ok =
        crm_i_grow(allocator, &node, &tree->capacity, tree->n, tree->n + 1, (int64_t)sizeof *tree->node);
    tree->node = node;
    return ok;
}

/* A left child on the level of its parent becomes the parent. */
static int64_t skew(crm_i_names_node *node, int64_t at)
{
    const int64_t left = node[at].left;
    if (left < 0 || node[left].level != node[at].level)
        return at;
    node[at].left = node[left].right;
    node[left].right = at;
    return left;
}

/* The middle of three in a row on one level goes up. at was skewed, or has a right child: it has one now, as
 * every node above the lowest level has two children. */
static int64_t split(crm_i_names_node *node, int64_t at)
{
    const int64_t right = node[at].right;
    if (node[right].right < 0 || node[node[right].right].level != node[at].level)
        return at;
    node[at].right = node[right].left;
    node[right].left = at;
    node[right].level++;
    return right;
}

/* As deep as the tree: twice the logarithm of its size. */
void crm_i_names_tree_add(crm_i_names_tree *tree, crm_i_names_compare compare, const void *self,
                          const char *text, int64_t length, int64_t key)
{
    enum { DEEPEST = 128 };
    int64_t path[DEEPEST];
    int32_t went_left[DEEPEST];
    int depth = 0;
    crm_i_names_node *node = tree->node;
    for (int64_t at = tree->root; at >= 0; depth++) {
        const int left = compare(self, text, length, node[at].key) < 0;
        path[depth] = at;
        went_left[depth] = left;
        at = left ? node[at].left : node[at].right;
    }
    const crm_i_names_node leaf = {key, -1, -1, 1};
    int64_t below = tree->n++;
    node[below] = leaf;
    while (depth-- > 0) {
        const int64_t at = path[depth];
        if (went_left[depth])
            node[at].left = below;
        else
            node[at].right = below;
        below = split(node, skew(node, at));
    }
    tree->root = below;
}

void crm_i_names_tree_release(crm_i_names_tree *tree, const crm_allocator *allocator)
{
    crm_i_release(allocator, tree->node, tree->capacity, (int64_t)sizeof *tree->node);
}
