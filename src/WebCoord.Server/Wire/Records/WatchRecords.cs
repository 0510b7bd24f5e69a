using WebCoord.Core.Watches;

namespace WebCoord.Server.Wire.Records;

/// <summary>What a notification tells.</summary>
internal readonly record struct WatcherEvent(WatchEventType Type, int State, string Path)
{
    /// <summary>The only state that a server sends (zookeeper-protocol section 7.1).</summary>
    public const int Connected = 3;

    public static WatcherEvent Read(ref JuteReader reader) =>
        new((WatchEventType)reader.Int(), reader.Int(), reader.Required());

    public void Write(JuteWriter writer)
    {
        writer.Int((int)Type);
        writer.Int(State);
        writer.Text(Path);
    }
}

/// <summary>The watches that a client had on its last connection (section 7.6).</summary>
/// <param name="RelativeZxid">The newest zxid it saw there: what happened later it has missed.</param>
/// <param name="Persistent">Only of setWatches2, like <paramref name="Recursive"/>; empty otherwise.</param>
internal readonly record struct SetWatchesRequest(long RelativeZxid, string[] Data, string[] Exist, string[] Child,
    string[] Persistent, string[] Recursive)
{
    public static SetWatchesRequest Read(ref JuteReader reader, bool hasPersistent) => new(reader.Long(),
        reader.Texts(), reader.Texts(), reader.Texts(), hasPersistent ? reader.Texts() : [],
        hasPersistent ? reader.Texts() : []);

    public void Write(JuteWriter writer, bool hasPersistent)
    {
        writer.Long(RelativeZxid);
        writer.Texts(Data);
        writer.Texts(Exist);
        writer.Texts(Child);
        if (hasPersistent)
        {
            writer.Texts(Persistent);
            writer.Texts(Recursive);
        }
    }
}

/// <summary>What addWatch, checkWatches and removeWatches ask: a path and a number, the mode or the type of the watch.
/// </summary>
internal readonly record struct WatchRequest(string Path, int Number)
{
    public static WatchRequest Read(ref JuteReader reader) => new(reader.Required(), reader.Int());

    public void Write(JuteWriter writer)
    {
        writer.Text(Path);
        writer.Int(Number);
    }
}
