import { AIMessage, type BaseMessage, HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import type { Message, Tool } from "#src/ai/provider.js";

export const toLangChainMessages = (messages: readonly Message[]): BaseMessage[] => messages.map(toLangChainMessage);

function toLangChainMessage(message: Message): BaseMessage {
  switch (message.role) {
    case "system":
      return new SystemMessage(message.text);
    case "user":
      return new HumanMessage(message.text);
    case "tool":
      return new ToolMessage({ content: message.text, tool_call_id: message.toolCallId });
    case "assistant":
      return new AIMessage({
        content: message.text,
        tool_calls: message.toolCalls?.map(({ id, name, arguments: args }) => ({ type: "tool_call", id, name, args })),
      });
  }
}

/** The form that the adapters of every vendor understand and translate to their own. */
export const toLangChainTools = (tools: readonly Tool[]) =>
  tools.map(({ name, description, parameters }) => ({
    type: "function" as const,
    function: { name, description, parameters },
  }));
