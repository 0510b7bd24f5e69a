using System.Text.Json;
using System.Text.Json.Serialization;

namespace WebCoord.Server.SignalR;

/// <summary>
/// The one object that every method takes, not yet looked at. SignalR binds arguments before anything of ours runs, and
/// a client is not told what was wrong with them; so here anything binds, and the method reads it.
/// </summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct HubArguments(JsonElement Value)
{
    /// <summary>Whether the client gave the call an id, and so is told what became of it.</summary>
    public bool IsAnswered { get; init; } = true;

    private sealed class Converter : JsonConverter<HubArguments>
    {
        public override bool HandleNull => true;

        public override HubArguments Read(ref Utf8JsonReader reader, Type typeToConvert,
            JsonSerializerOptions options) => new(JsonElement.ParseValue(ref reader));

        public override void Write(Utf8JsonWriter writer, HubArguments value, JsonSerializerOptions options) =>
            value.Value.WriteTo(writer);
    }
}
