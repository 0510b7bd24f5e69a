using Xunit.Abstractions;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The name of a check. Of a mere string, xunit would show the first fifty characters only.</summary>
public sealed class KazooCheck(string name) : IXunitSerializable
{
    /// <summary>For xunit, which fills it in.</summary>
    public KazooCheck()
        : this("")
    {
    }

    /// <summary>Module, class and method in Python.</summary>
    public string Name { get; private set; } = name;

    public override string ToString() => Name;

    public void Serialize(IXunitSerializationInfo info) => info.AddValue(nameof(Name), Name);

    public void Deserialize(IXunitSerializationInfo info) => Name = info.GetValue<string>(nameof(Name));
}
