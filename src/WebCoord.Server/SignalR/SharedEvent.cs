using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using WebCoord.Core.Watches;
using WebCoord.Server.Contract;

namespace WebCoord.Server.SignalR;

/// <summary>The JSON of an event, written once however many watches tell it.</summary>
[JsonConverter(typeof(Converter))]
internal sealed class SharedEvent
{
    // By reference: watches that fire together are handed one event, and its JSON goes when it goes.
    private static readonly ConditionalWeakTable<WatchEvent, SharedEvent> Written = [];

    private readonly byte[] _json;

    private SharedEvent(WatchEvent watchEvent) =>
        _json = JsonSerializer.SerializeToUtf8Bytes(EventBody.From(watchEvent), ContractJson.Options);

    public static SharedEvent Of(WatchEvent watchEvent) =>
        Written.GetValue(watchEvent, static watchEvent => new SharedEvent(watchEvent));

    private sealed class Converter : JsonConverter<SharedEvent>
    {
        public override SharedEvent Read(ref Utf8JsonReader reader, Type typeToConvert,
            JsonSerializerOptions options) =>
            throw new NotSupportedException("The server sends events and takes none.");

        public override void Write(Utf8JsonWriter writer, SharedEvent value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value._json, skipInputValidation: true);
    }
}
