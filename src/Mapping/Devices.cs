using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// The scanner of a series as a Device of the profile Geraet. It holds only what its id is made of, in the normal form the id is made of (trimmed,
/// upper case, single blanks): so the resource is the same whichever spelling came first (design decisions 16 and 17).
/// </summary>
static class Devices
{
    /// <summary>Null without manufacturer and model.</summary>
    public static Device? Of(Scope scope, MappingOptions options)
    {
        var (manufacturer, model) = (Normal(scope.Agreed(TagMap.Manufacturer)), Normal(scope.Agreed(TagMap.ManufacturerModelName)));
        if (manufacturer.Length == 0 && model.Length == 0) return null;
        var serial = Normal(scope.Agreed(TagMap.DeviceSerialNumber));
        var station = serial.Length > 0 ? "" : Normal(scope.Agreed(TagMap.StationName));
        return new Device
        {
            Id = options.MakeId($"device|{manufacturer}|{model}|{serial}{station}"),
            Meta = StudyMapper.MetaOf(Mii.DeviceProfile, options),
            Manufacturer = FhirText.OrNull(manufacturer),
            SerialNumber = FhirText.OrNull(serial),
            DeviceName = [.. Names(model, DeviceNameType.ModelName), .. Names(station, DeviceNameType.UserFriendlyName)],
        };
    }

    /// <summary>The bar separates the parts of the id's recipe, so no part may hold one.</summary>
    static string Normal(string? text) => FhirText.Clean(text?.Replace('|', ' ')).ToUpperInvariant();

    static IEnumerable<Device.DeviceNameComponent> Names(string name, DeviceNameType type) =>
        name.Length == 0 ? [] : [new Device.DeviceNameComponent { Name = name, Type = type }];
}
