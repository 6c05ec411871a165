/* Parses a stream in chunks of 16 KiB with namespaces, one tree for each stanza; prints CPU milliseconds. */
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define CHUNK 16384
#define COLD 200000
#define BLOCK (1 << 20)

typedef struct Node {
  struct Node *parent, *first, *last, *next;
  char *name;
  char **attributes;
  char *text;
  size_t length;
} Node;

typedef struct Block {
  struct Block *next;
  size_t used, size;
  char bytes[];
} Block;

static Block *blocks;
static Node *open_node;
static int depth;
static long stanzas;

static void *take(size_t size) {
  size = (size + 15) & ~(size_t)15;
  if (blocks == NULL || blocks->used + size > blocks->size) {
    size_t room = size > BLOCK ? size : BLOCK;
    Block *block = malloc(sizeof(Block) + room);
    block->next = blocks;
    block->used = 0;
    block->size = room;
    blocks = block;
  }
  void *memory = blocks->bytes + blocks->used;
  blocks->used += size;
  return memory;
}

static void drop(void) {
  while (blocks != NULL && blocks->next != NULL) {
    Block *next = blocks->next;
    free(blocks);
    blocks = next;
  }
  if (blocks != NULL) blocks->used = 0;
}

static char *copy(const char *text) {
  size_t length = strlen(text) + 1;
  return memcpy(take(length), text, length);
}

static Node *append(void) {
  Node *node = memset(take(sizeof(Node)), 0, sizeof(Node));
  node->parent = open_node;
  if (open_node != NULL) {
    if (open_node->last == NULL) open_node->first = node;
    else open_node->last->next = node;
    open_node->last = node;
  }
  return node;
}

static void XMLCALL started(void *data, const XML_Char *name, const XML_Char **attributes) {
  (void)data;
  if (depth++ == 0) return;
  int count = 0;
  while (attributes[count] != NULL) count++;
  Node *node = append();
  node->name = copy(name);
  node->attributes = take((count + 1) * sizeof(char *));
  for (int index = 0; index < count; index++) node->attributes[index] = copy(attributes[index]);
  node->attributes[count] = NULL;
  open_node = node;
}

static void XMLCALL ended(void *data, const XML_Char *name) {
  (void)data;
  (void)name;
  depth--;
  if (open_node != NULL) open_node = open_node->parent;
  if (depth == 1) {
    stanzas++;
    drop();
  }
}

static void XMLCALL said(void *data, const XML_Char *text, int length) {
  (void)data;
  if (open_node == NULL) return;
  Node *node = append();
  node->text = memcpy(take(length), text, length);
  node->length = length;
}

static double cpu_ms(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (file == NULL) return 2;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *bytes = malloc(size);
  if (fread(bytes, 1, size, file) != (size_t)size) return 2;
  XML_Parser parser = XML_ParserCreateNS("UTF-8", ' ');
  XML_SetElementHandler(parser, started, ended);
  XML_SetCharacterDataHandler(parser, said);
  double start = cpu_ms(), cold = 0;
  for (long at = 0; at < size; at += CHUNK) {
    int length = size - at < CHUNK ? (int)(size - at) : CHUNK;
    if (XML_Parse(parser, bytes + at, length, 0) == XML_STATUS_ERROR) {
      fprintf(stderr, "%s\n", XML_ErrorString(XML_GetErrorCode(parser)));
      return 1;
    }
    if (cold == 0 && at + CHUNK >= COLD) cold = cpu_ms() - start;
  }
  printf("{\"coldMs\":%f,\"totalMs\":%f,\"stanzas\":%ld}\n", cold, cpu_ms() - start, stanzas);
  return 0;
}
